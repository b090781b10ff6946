// Loaded into a program that would listen on every interface: a benchmark opens nothing to the network.
import { Server } from 'node:net';

Server.prototype.listen = new Proxy(Reflect.get(Server.prototype, 'listen'), {
  apply(listen, server, [where, ...rest]) {
    const options = typeof where === 'object' && where !== null ? where : { port: Number(where) };
    const callbacks = rest.filter((each) => typeof each === 'function');
    return Reflect.apply(listen, server, [{ ...options, host: '127.0.0.1' }, ...callbacks]);
  },
});
