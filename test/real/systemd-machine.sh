#!/bin/sh
# A machine whose first process is a real systemd, which starts one unit: this machine's files under an overlay that forgets all writing, with
# namespaces and a control group of its own. Arguments: an empty folder, the name of that group, the folder of this
# repository, the unit to start. Is run by `unshare --mount --net --uts --ipc`; ends with its first process.
set -eu
work=$1 group=$2 repository=$3 unit=$4
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root" "$work/groups"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
mount -t cgroup2 none "$work/groups"
mkdir "$work/groups/$group"
echo $$ >"$work/groups/$group/cgroup.procs"

cd "$work/root"
mkdir -p usr/local/lib/agentlog usr/local/bin etc/agentlog-exporter var/log/agent
for part in dist node_modules package.json config; do cp -r "$repository/$part" usr/local/lib/agentlog/; done
chmod 755 usr/local/lib/agentlog/dist/main.js
ln -sf ../lib/agentlog/dist/main.js usr/local/bin/agentlog-exporter
cp -r "$repository/config/deploy/systemd/." etc/systemd/system/
mv etc/systemd/system/mapping.yaml etc/agentlog-exporter/
rm -r etc/systemd/system/agentlog-exporter.service.d
# What the rest of a machine would start has no part in this.
for other in systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket systemd-udevd.service dbus.service dbus.socket \
  systemd-tmpfiles-setup.service systemd-sysctl.service systemd-random-seed.service systemd-modules-load.service; do
  ln -sf /dev/null "etc/systemd/system/$other"
done
ip link set lo up

# --cgroup here, so that the group above is the root of what the machine sees; --fork --pid for its own first process.
exec unshare --cgroup --pid --fork --kill-child sh -euc '
  mount -t proc proc proc
  mount --rbind /sys sys
  mount -t cgroup2 none sys/fs/cgroup
  mount -t tmpfs tmpfs run
  mount -t tmpfs tmpfs tmp
  mount --rbind /dev dev
  mkdir -p mnt/old
  pivot_root . mnt/old
  cd /
  umount -l /mnt/old
  # As systemd does itself on a machine that is not in a container: what it mounts for credentials has to reach the service.
  mount --make-rshared /
  exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system "--unit=$0" --log-target=null' "$unit"
