/** The script of this page. */
import { hydrateView } from '../page/hydrate.ts';
import { FrontView } from './view.tsx';

hydrateView(FrontView);
