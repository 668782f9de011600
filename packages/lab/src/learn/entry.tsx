/** The script of this page, and its style. */
import { hydrateView } from '../page/hydrate.ts';
import './style.css';
import { LearnView } from './view.tsx';

hydrateView(LearnView);
