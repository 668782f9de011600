/** The script of this page. */
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { hydrateView } from '../page/hydrate.ts';
import { LivePlot } from './live-plot.ts';
import { plotLiveWith } from './plot.tsx';
import { WaysView } from './view.tsx';

plotLiveWith((frame, language) => new LivePlot(frame, language));
hydrateView(WaysView);
