/** The script of this page. */
import { hydrateView } from '../page/hydrate.ts';
import { ConversationView } from './view.tsx';

hydrateView(ConversationView);
