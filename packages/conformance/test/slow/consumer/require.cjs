const { use } = require('./use.cjs');

const packages = {
  tcp: require('tcp-echo'),
  http: require('http-mini'),
  httpWire: require('http-mini/wire'),
  httpFetch: require('http-mini/fetch'),
  ws: require('ws-mini'),
  wsWire: require('ws-mini/wire'),
  LikeWs: require('ws-mini/ws'),
  explainer: require('explain-mini'),
};
use(packages).then(console.log);
