/** The script of this page. */
import './style.css';
import { hydrateView } from '../page/hydrate.ts';
import { WaysView } from './view.tsx';

hydrateView(WaysView);
