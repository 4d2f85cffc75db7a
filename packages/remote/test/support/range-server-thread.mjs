// A web server in a thread of its own, so that tests may wait for it without letting it wait for them.
import { createServer } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const { bytes } = workerData;
let behaviour = {};
const requests = [];
const sockets = new Set();

function answer(request, response) {
  const { range } = request.headers;
  requests.push({ range, url: request.url, authorization: request.headers.authorization });
  const { etag = '"1"', lastModified, status, ignoreRange, short, hang, delay, size, failures } = behaviour;
  if (hang) return;
  if (failures > 0) {
    behaviour.failures--;
    response.writeHead(503).end();
    return;
  }
  if (request.url === "/moved") {
    response.writeHead(302, { location: "/image" }).end();
    return;
  }
  if (status) {
    response.writeHead(status).end();
    return;
  }
  const headers = { ...(etag && { etag }), ...(lastModified && { "last-modified": lastModified }) };
  if (ignoreRange) {
    response.writeHead(200, headers).end(bytes);
    return;
  }
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range);
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const end = Number(from) + part.length - 1;
  headers["content-range"] = `bytes ${from}-${end}/${size ?? bytes.length}`;
  headers["content-length"] = part.length;
  response.writeHead(206, headers);
  if (short) {
    behaviour.short--;
    response.write(part.subarray(0, part.length >> 1), () => response.destroy());
    return;
  }
  setTimeout(() => response.end(part), delay ?? 0);
}

let server;

function listen(port) {
  server = createServer(answer);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server.address().port));
  });
}

function down() {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(resolve));
}

const commands = {
  start: ({ port = 0 }) => listen(port),
  down,
  set: (message) => void (behaviour = message.behaviour),
  requests: () => requests.splice(0),
};

parentPort.on("message", async (message) => {
  // The rule takes this for a window.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort.postMessage({ id: message.id, result: await commands[message.command](message) });
});
