#!/bin/sh
# Starts Debian's own systemd from the files in SYSTEM (/ for this machine's), under an overlay in memory:
# boot.sh FOLDER CGROUP CHECKOUT SYSTEM
# It has its own mounts, network, processes and name; nothing that is written in it is there once it has ended.
set -eu
case $1 in
--inside) shift ;;
*)
  mkdir "$2"
  echo $$ > "$2/cgroup.procs"
  exec unshare --mount --propagation private --net --ipc --uts --cgroup --pid --fork --kill-child "$0" --inside "$@"
  ;;
esac
base=$1 checkout=$3 system=$4 root=$1/root
mount -t tmpfs -o size=1g,mode=755 beadle-test "$base"
mkdir "$base/upper" "$base/work" "$root"
mount -t overlay -o "lowerdir=$system,upperdir=$base/upper,workdir=$base/work" beadle-test "$root"
for folder in run tmp dev; do mount -t tmpfs -o mode=755 beadle-test "$root/$folder"; done
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
# Unified, whatever the machine has.
mount -t tmpfs beadle-test "$root/sys/fs/cgroup" 2> /dev/null || :
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -o remount,bind,ro "$root/sys"
# The kernel is everybody's; the network is its own.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,rw "$root/proc/sys/net"
for device in null=3 zero=5 full=7 random=8 urandom=9; do
  mknod -m 666 "$root/dev/${device%=*}" c 1 "${device#*=}"
done
mknod -m 666 "$root/dev/tty" c 5 0
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
# The checkout may lie on another disk than the system.
mkdir -p "$root$checkout"
mount --rbind "$checkout" "$root$checkout"
mount -o remount,bind,ro "$root$checkout"
chmod 1777 "$root/tmp"
: > "$root/etc/machine-id"
units=$root/etc/systemd/system
for unit in systemd-sysctl.service systemd-udevd.service systemd-udev-trigger.service sys-kernel-debug.mount \
  sys-kernel-tracing.mount apt-daily.timer apt-daily-upgrade.timer lvm2-monitor.service; do
  ln -sf /dev/null "$units/$unit"
done
hostname laptop
ip link set lo up
mkdir "$root/.machine"
cd "$root"
pivot_root . .machine
umount -l /.machine
exec env -i container=beadle PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set=-sys_time,-sys_module,-sys_boot /lib/systemd/systemd --system --unit=basic.target --show-status=no
