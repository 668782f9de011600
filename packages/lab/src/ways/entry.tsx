/** The script of this page. */
import { hydrateView } from '../page/hydrate.ts';
import { WaysView } from './view.tsx';

hydrateView(WaysView);
