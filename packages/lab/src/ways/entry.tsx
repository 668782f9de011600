/** The script of this page. */
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { hydrateView } from '../page/hydrate.ts';
import { WaysView } from './view.tsx';

hydrateView(WaysView);
