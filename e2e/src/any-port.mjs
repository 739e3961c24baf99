/**
 * Loaded before a sample whose port is written into it: whatever port it asks for, it gets a free one on loopback and
 * says which.
 */
import { Server } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function onAnyPort() {
  return listen.call(this, 0, '127.0.0.1', () => console.log(`listens on port ${this.address().port}`));
};
