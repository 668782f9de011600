// Imports every package, and what is named on the command line, and uses them. Says what that did to the platform: how many
// sockets and timers are open after the import alone, and which properties of built-in objects came, went or became others.

/** Built-in objects by name: globals, what they make, and Node's modules with their classes. */
async function builtInObjects() {
  const objects = new Map();
  const add = (name, value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    objects.set(name, value);
    const { prototype } = typeof value === 'function' ? value : {};
    if (typeof prototype === 'object' && prototype !== null) objects.set(`${name}.prototype`, prototype);
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) add(name, globalThis[name]);
  for (const name of [
    'net',
    'tls',
    'stream',
    'events',
    'http',
    'zlib',
    'crypto',
    'buffer',
    'util',
    'url',
    'timers',
  ]) {
    const { default: module } = await import(`node:${name}`);
    for (const part of ['', ...Object.keys(module)]) {
      const isOld = Object.getOwnPropertyDescriptor(module, part)?.get !== undefined; // to read it warns
      if (!isOld) add(part === '' ? name : `${name}.${part}`, part === '' ? module : module[part]);
    }
  }
  add('TypedArray', Object.getPrototypeOf(Uint8Array));
  add(
    'AsyncIterator.prototype',
    Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)),
  );
  return objects;
}

/** A line for each property: where it is, and its descriptor. */
function picture(objects) {
  const properties = new Map();
  for (const [name, object] of objects) {
    properties.set(`[[Prototype]] of ${name}`, Object.getPrototypeOf(object));
    for (const key of Reflect.ownKeys(object))
      properties.set(`${name}[${String(key)}]`, Object.getOwnPropertyDescriptor(object, key));
  }
  return properties;
}

const isSame = (before, now) =>
  before === now ||
  (typeof before === 'object' &&
    typeof now === 'object' &&
    before !== null &&
    now !== null &&
    Reflect.ownKeys(before).every((key) => Object.is(before[key], now[key])));

const objects = await builtInObjects();
const before = picture(objects);
const resources = process.getActiveResourcesInfo().length;

const entries =
  'explain-mini http-mini http-mini/fetch http-mini/wire tcp-echo ws-mini ws-mini/wire ws-mini/ws'.split(' ');
const [explainer, http, httpFetch, httpWire, tcp, ws, wsWire, { default: LikeWs }] = await Promise.all(
  [...entries, ...process.argv.slice(2)].map((name) => import(name)),
);
const opened = process.getActiveResourcesInfo().length - resources;
const { use } = await import('./use.cjs');
await use({ tcp, http, httpWire, httpFetch, ws, wsWire, LikeWs, explainer });

const now = picture(objects);
const names = [...new Set([...before.keys(), ...now.keys()])];
const changed = names.filter((name) => !isSame(before.get(name), now.get(name)));
console.log(JSON.stringify({ compared: names.length, opened, changed }));
process.exit();
