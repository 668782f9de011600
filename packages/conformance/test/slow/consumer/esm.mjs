import * as explainer from 'explain-mini';
import * as http from 'http-mini';
import * as httpFetch from 'http-mini/fetch';
import * as httpWire from 'http-mini/wire';
import * as tcp from 'tcp-echo';
import * as ws from 'ws-mini';
import * as wsWire from 'ws-mini/wire';
import LikeWs from 'ws-mini/ws';
import { use } from './use.cjs';

console.log(await use({ tcp, http, httpWire, httpFetch, ws, wsWire, LikeWs, explainer }));
