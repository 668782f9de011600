// The same apps, and the same questions, with the light Response in place of the global one: put there before they are loaded.

import { useLightObjects } from 'http-mini/fetch';

useLightObjects();
await import('./fetch-apps.test.ts');
await import('./hono.test.ts');
