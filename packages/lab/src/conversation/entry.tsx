/** The script of this page. */
import './style.css';
import { hydrateView } from '../page/hydrate.ts';
import { ConversationView } from './view.tsx';

hydrateView(ConversationView);
