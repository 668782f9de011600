// Peers that this repository does not install, and so has no types of: contenders.ts says which, and looks for them first.

// biome-ignore lint/suspicious/noExplicitAny: a peer without types, in a file that checks what it answers
export function importPeer(name: string): Promise<any> {
  return import(name);
}
