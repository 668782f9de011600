/** The script of this page. */
import './style.css';
import { hydrateView } from '../page/hydrate.ts';
import { UsesView } from './view.tsx';

hydrateView(UsesView);
