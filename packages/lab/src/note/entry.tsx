/** The script of this page, and its style. */
import { hydrateView } from '../page/hydrate.ts';
import './note.css';
import { NoteView } from './view.tsx';

hydrateView(NoteView);
