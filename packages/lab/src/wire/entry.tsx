/** The script of this page. */
import './style.css';
import './try/try.css';
import { hydrateView } from '../page/hydrate.ts';
import { WireView } from './view.tsx';

hydrateView(WireView);
