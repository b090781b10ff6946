// nginx with `proxy_pass` and a pool of open connections: what passing on costs at least. One worker, like the others.
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { answering, freePort } from '../stage.mjs';

function findNginx() {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'nginx'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @returns the contestant, or a sentence why it is left out */
export async function startNginx(stage, upstream) {
  const program = findNginx();
  if (!program) return 'nginx is not installed (Debian: apt-get install nginx)';
  const port = await freePort();
  const config = join(stage.folder, 'nginx.conf');
  writeFileSync(config, configuration(stage.folder, port, new URL(upstream).host));
  const child = stage.spawn(program, ['-e', join(stage.folder, 'nginx.error.log'), '-c', config]);
  const url = `http://127.0.0.1:${port}`;
  await answering('nginx', child, `${url}/v1/models`);
  return { name: 'nginx', url, headers: {}, pid: child.pid, descendants: true };
}

function configuration(folder, port, upstream) {
  const parking = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, `nginx-${kind}`)};`)
    .join(' ');
  return `daemon off; worker_processes 1; worker_rlimit_nofile 20000;
pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'nginx.error.log')};
events { worker_connections 9000; }
http {
  access_log off; ${parking}
  upstream provider { server ${upstream}; keepalive 1024; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port}; keepalive_requests 100000000;
    location / {
      proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
    }
  }
}
`;
}
