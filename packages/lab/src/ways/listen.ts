/** Listening as a promise: resolves with the address that the system gave, or rejects with Node's error. */
import type { Socket } from 'node:dgram';
import type { AddressInfo, Server } from 'node:net';
import type { Endpoint } from 'tcp-echo';

export function listenTcp(server: Server, { host, port }: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    // This listener stays: accept() can fail later (no file descriptors left), which must not end the process.
    server.on('error', reject);
    server.listen(port, host, () => resolve(endpointOf(server.address() as AddressInfo)));
  });
}

export function listenUdp(socket: Socket, { host, port }: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject); // stays too: an ICMP error of one peer must not end the process
    socket.bind(port, host, () => resolve(endpointOf(socket.address())));
  });
}

function endpointOf({ address, port }: AddressInfo): Endpoint {
  return { host: address, port };
}
