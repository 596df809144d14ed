#!/bin/bash
# Runs programs of the host under a container's filter. Prints "ok NAME", "failed NAME: ...", or "absent NAME", a line each.
cd /tmp || exit 1
export HOME=/tmp DOTNET_CLI_HOME=/tmp DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 GIT_CONFIG_NOSYSTEM=1

try() { # PROGRAM SCRIPT
  local said
  if ! command -v "$1" > /dev/null; then
    echo "absent $1"
    return
  fi
  if said=$(bash -euo pipefail -c "$2" 2>&1 < /dev/null); then
    echo "ok $1"
  else
    echo "failed $1 ($?): $(tail -n 5 <<< "$said" | tr '\n' ' ')"
  fi
}

try bash 'diff <(seq 3) <(printf "1\n2\n3\n"); for i in 1 2 3; do (sleep 0.01; exit $i) & done; wait; coproc cat; echo x >&${COPROC[1]}; read -r y <&${COPROC[0]}; [ $y = x ]'
try ls 'ls -laZ / > /dev/null; ls -l --full-time /proc/self/fd'
try cp 'mkdir -p a/b; echo x > a/b/f; ln -s f a/b/l; cp -a --reflink=auto --sparse=always a c; diff -r a c; mv c d; touch -d @0 d/b/f; truncate -s 1M d/big; rm -r d'
try chmod 'echo x > f; chmod 4755 f; ln f g; stat -c %a g | grep -qx 4755; ln -s f s; chmod -h 700 s 2> /dev/null || true'
try dd 'dd if=/dev/zero of=f bs=4k count=64 conv=fsync oflag=direct 2> /dev/null || dd if=/dev/zero of=f bs=4k count=64 conv=fsync; sync f; sha256sum f | cut -c1-8'
try find 'find /usr/share/doc -maxdepth 1 -newermt 2000-01-01 | sort | uniq | xargs -n 50 -P 2 echo | wc -l | grep -q .'
try awk 'seq 1000 | awk "{s+=\$1} END {print s}" | grep -qx 500500'
try sed 'printf "a\n" > f; sed -i s/a/b/ f; grep -qx b f'
try timeout 'timeout 5 sleep 0.1; nice -n 5 true; nohup true; stdbuf -oL echo x; env -i true; nproc; date; id; uname -a'
try tee 'seq 100000 | tee >(wc -l > n) | tail -n 1; sleep 0.2; grep -qx 100000 n'
try mktemp 'f=$(mktemp); mkfifo p; (echo x > p) & read -r y < p; mknod z p; shred -u $f; flock f true'
try tar 'mkdir -p t/x; echo hi > t/x/y; tar --xattrs -czf t.tgz t; tar -tzf t.tgz | grep -q t/x/y; rm -r t; tar -xzf t.tgz; grep -qx hi t/x/y'
try xz 'seq 100000 | xz -T2 | xz -d | tail -n 1 | grep -qx 100000'
try zstd 'seq 100000 | zstd -T2 | zstd -d | tail -n 1 | grep -qx 100000'
try ps 'ps -ef | grep -q ps; ps -eLo pid,tid,cls,rtprio,psr,comm; free; uptime; pgrep -x bash; sleep 9 & pkill -x sleep'
try top 'top -b -n 1 | head -n 3'
try ip 'ip address; ip route; ip -s link'
try ss 'ss -tlnp'
try setsid 'setsid -w true; taskset -c 0 true; chrt -b 0 true; ionice -c 3 true; prlimit --nofile; setpriv --no-new-privs true; unshare --help; lscpu; mountpoint /; getent passwd root'
try python3 'python3 -c "
import asyncio, concurrent.futures, ctypes, decimal, http.server, json, mmap, multiprocessing, os, resource, secrets, selectors, signal, socket, sqlite3, ssl, subprocess, tempfile, threading, time, urllib.request, zlib
with multiprocessing.Pool(2) as pool: assert pool.map(abs, [-1, -2]) == [1, 2]
with concurrent.futures.ThreadPoolExecutor(4) as pool: assert sum(pool.map(abs, range(100))) == 4950
server = http.server.ThreadingHTTPServer((\"127.0.0.1\", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
assert urllib.request.urlopen(f\"http://127.0.0.1:{server.server_port}/\").status == 200
async def run():
    process = await asyncio.create_subprocess_exec(\"true\")
    assert await process.wait() == 0
asyncio.run(run())
db = sqlite3.connect(\"/tmp/db\"); db.execute(\"create table if not exists t(x)\"); db.commit()
os.pidfd_open(os.getpid()); os.memfd_create(\"m\"); os.getxattr if True else 0; os.sched_setaffinity(0, os.sched_getaffinity(0)); ssl.create_default_context()
"'
try perl 'perl -MPOSIX -MSocket -MFile::Temp -e "my \$pid = fork; exit 7 if !\$pid; waitpid \$pid, 0; exit 1 if \$? >> 8 != 7; select undef, undef, undef, 0.001; pipe my \$r, my \$w; socketpair(my \$a, my \$b, AF_UNIX, SOCK_STREAM, 0) or exit 2; print POSIX::strftime(q(%F), gmtime)"'
try git 'rm -rf r; git init -q r; cd r; git config user.email a@b; git config user.name a; seq 1000 > f; git add f; git commit -qm one; git gc -q; git clone -q . ../r2; git log --stat | grep -q f; rm -rf ../r2'
try ssh-keygen 'rm -f k; ssh-keygen -q -t ed25519 -N "" -f k; ssh-keygen -lf k.pub'
try openssl 'openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -days 1 -keyout k.pem -out c.pem; openssl x509 -in c.pem -noout -subject; openssl speed -seconds 1 -bytes 1024 sha256; (openssl s_server -key k.pem -cert c.pem -accept 8443 -naccept 1 -www > /dev/null & sleep 0.5; printf "GET / HTTP/1.0\r\n\r\n" | openssl s_client -quiet -connect 127.0.0.1:8443) | grep -qi html'
try gpg 'gpg --version; gpg --batch --homedir /tmp --passphrase "" --quick-generate-key a@b ed25519; gpgconf --homedir /tmp --kill all'
try curl 'echo x > page; python3 -m http.server 8081 --bind 127.0.0.1 > /dev/null 2>&1 & curl -sf --retry 30 --retry-delay 1 --retry-connrefused http://127.0.0.1:8081/page | grep -qx x; kill $!'
try gcc 'echo "int main(void){return 0;}" > m.c; gcc -O2 -pthread m.c -o m; cp m /dev/shm/m 2> /dev/null || true; ./m || /dev/shm/m'
try strace 'strace -f -o /dev/null sh -c "true; true"'
try gdb 'gdb -q -batch -ex run -ex quit /bin/true'
try busybox 'busybox sh -c "echo x | busybox cat | busybox md5sum"'
try dpkg 'dpkg -l > /dev/null; dpkg --print-architecture'
try setpriv 'setpriv --reuid 65534 --regid 65534 --clear-groups id | grep -q 65534'
try node 'node -e "const{Worker}=require(\"worker_threads\");new Worker(\"\",{eval:true}).on(\"exit\",c=>process.exit(c));require(\"fs\").readFileSync(\"/proc/self/status\")"'
try go 'go version'
try java 'cat > H.java <<< "public class H { public static void main(String[] a) throws Exception { Thread t = new Thread(() -> System.out.println(1)); t.start(); t.join(); System.gc(); new ProcessBuilder(\"true\").start().waitFor(); java.nio.file.Files.createTempFile(\"a\", \"b\"); } }"; java H.java; java -XX:+UseZGC -version; java -XX:+UseNUMA -version'
export PATH=$PATH:/dotnet
try dotnet 'dotnet /probe-app/CriSharp.IntegrationTests.dll; dotnet msbuild -version -nologo'
