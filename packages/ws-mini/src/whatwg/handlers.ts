// The attributes `onopen` and so on: a handler is a listener whose value can be replaced (HTML 8.1.8.1).

/** An event handler among the listeners of its target. Web IDL keeps an object that is not a function, but never calls it. */
class Handler {
  value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  handleEvent(event: Event): void {
    if (typeof this.value === 'function') this.value.call(event.currentTarget, event);
  }
}

/**
 * Gives a class the attributes `onopen` and so on (HTML 8.1.8.1).
 *
 * @param check throws a TypeError if the target is not an object of the class
 */
export function defineHandlers(
  prototype: EventTarget,
  types: readonly string[],
  check: (target: EventTarget) => void,
): void {
  for (const type of types) {
    const name = `on${type}`;
    const handlers = new WeakMap<EventTarget, Handler>();
    // Why an object literal: it gives the functions their names, "get onopen" and "set onopen".
    const attribute = {
      get [name](): unknown {
        const target = this as unknown as EventTarget;
        check(target);
        return handlers.get(target)?.value ?? null;
      },
      set [name](value: unknown) {
        const target = this as unknown as EventTarget;
        check(target);
        const isHandler = typeof value === 'function' || (typeof value === 'object' && value !== null);
        const handler = handlers.get(target) ?? new Handler(value);
        // A new value takes the place of the old one among the listeners; without a value, the place is lost.
        handler.value = value;
        if (isHandler) {
          handlers.set(target, handler);
          target.addEventListener(type, handler);
        } else {
          handlers.delete(target);
          target.removeEventListener(type, handler);
        }
      },
    };
    Object.defineProperty(prototype, name, Object.getOwnPropertyDescriptor(attribute, name)!);
  }
}
