#!/bin/bash
# Build the disk image of the emulated device: a Debian Trixie with what the kiosk
# needs and the pretend hardware, but not the kiosk itself (the tests put that in).
#   usage: build_image.sh [WORK_DIR]      default: .rig at the top of the checkout
# Needs root on a Debian x86-64 machine; takes the mirror from apt's own settings.
# Every stage is kept in WORK_DIR and made again only when what it is made of changed.
# Result: WORK_DIR/{disk.qcow2,vmlinuz,initrd}
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "$(id -u)" != 0 ] || [ "$(dpkg --print-architecture 2>/dev/null)" != amd64 ]; then
    echo "The emulated device needs root on Debian x86-64 (it makes a Debian image): sudo make test-device" >&2
    exit 1
fi
work=${1:-$here/../../.rig}
suite=trixie
mkdir -p "$work"
cd "$work"

packages="systemd systemd-sysv udev dbus kmod procps iproute2 linux-image-amd64 \
python3 python3-pygame python3-msgspec python3-evdev python3-libgpiod gpiod sqlite3 libegl1 libgles2"
compilers="linux-headers-amd64,linux-source,make,gcc,xz-utils,swig,python3-dev,python3-setuptools,python3-wheel"
# Debian's own gpiozero is 1.6.2 and does not work with today's lgpio; lgpio has no wheel for Python 3.13.
wheels="gpiozero==2.0.1 colorzero==2.0"
lgpio=lgpio==0.2.2.0

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -m1 '/debian/\?$' || true)
source="deb ${mirror:-http://deb.debian.org/debian} $suite main"

stage() {   # stage NAME INPUT...: run the function NAME unless the inputs are those of last time
    local name=$1 inputs
    inputs=$(printf '%s\n' "$suite" "${@:2}" | sha256sum)
    [ "$(cat "$name.stamp" 2>/dev/null)" != "$inputs" ] || return 0
    echo "[$(date +%T)] $name"
    rm -f "$name.stamp"
    "$name"
    echo "$inputs" > "$name.stamp"
}

sum() { cat "$@" | sha256sum; }

host_packages() {
    { command -v mmdebstrap && command -v mke2fs; } >/dev/null ||
        apt-get install -y --no-install-recommends mmdebstrap e2fsprogs
    # virtio-multitouch needs QEMU 8.1: Bookworm has 7.2, its backports 10.0
    if ! qemu-system-x86_64 -device help 2>/dev/null | grep -q virtio-multitouch; then
        local backports=""
        if [ "$(. /etc/os-release; echo "$VERSION_CODENAME")" = bookworm ]; then
            backports="-t bookworm-backports"
            echo "deb ${mirror:-http://deb.debian.org/debian} bookworm-backports main" \
                > /etc/apt/sources.list.d/rig-backports.list
            apt-get update
        fi
        # shellcheck disable=SC2086
        apt-get install -y --no-install-recommends $backports qemu-system-x86 qemu-utils
        rm -f /etc/apt/sources.list.d/rig-backports.list
    fi
}

base_system() {
    mkdir -p hook
    cat > hook/initramfs <<'H'
#!/bin/sh
# a small initrd: only what finds the root disk
mkdir -p "$1/etc/initramfs-tools/conf.d"
printf 'MODULES=list\nCOMPRESS=lz4\n' > "$1/etc/initramfs-tools/conf.d/rig"
printf 'virtio_blk\next4\n' >> "$1/etc/initramfs-tools/modules"
H
    chmod +x hook/initramfs
    mmdebstrap --variant=minbase --mode=root \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --include=initramfs-tools,lz4,zstd \
        --customize-hook="$PWD/hook/initramfs \"\$1\"" \
        --customize-hook="chroot \"\$1\" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages" \
        --customize-hook='rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/cache/apt/*.bin' \
        "$suite" root.tar "$source"
}

compiler_chroot() { # headers, compiler and kernel source of the same suite
    rm -rf kbuild
    mmdebstrap --variant=minbase --mode=root --aptopt='Acquire::Check-Valid-Until "false"' \
        --include="$compilers" "$suite" kbuild "$source"
}

kernel_modules() {
    rm -rf kmod kbuild/build/kmod
    mkdir -p kmod kbuild/build/kmod
    cp "$here"/kmod/* kbuild/build/kmod/
    local tarball top
    tarball=$(echo kbuild/usr/src/linux-source-*.tar.xz)
    top=$(basename "$tarball" .tar.xz)
    chroot kbuild tar -xJf "/usr/src/$top.tar.xz" -C /build/kmod --strip-components=3 --occurrence=1 \
        "$top/drivers/gpio/gpio-sim.c" "$top/kernel/irq/irq_sim.c"
    # irq_to_desc() is not exported to modules; the same thing by another way
    sed -i 's/irq_to_desc(irqnum)/irq_data_to_desc(irq_get_irq_data(irqnum))/' kbuild/build/kmod/irq_sim.c
    sed -i -f "$here/kmod/gpio-sim.sed" kbuild/build/kmod/gpio-sim.c
    chroot kbuild make -s -C "/lib/modules/$(ls kbuild/lib/modules)/build" M=/build/kmod modules
    cp kbuild/build/kmod/*.ko kmod/
}

python_wheels() {
    rm -rf wheels kbuild/build/wheels kbuild/build/lgpio
    mkdir -p wheels kbuild/build/lgpio
    # shellcheck disable=SC2086
    pip download -q --no-deps -d wheels $wheels
    pip download -q --no-deps --no-binary :all: -d kbuild/build/lgpio $lgpio
    tar -xzf kbuild/build/lgpio/lgpio-*.tar.gz -C kbuild/build/lgpio --strip-components=1
    chroot kbuild sh -c 'cd /build/lgpio && PYPI=1 python3 setup.py -q bdist_wheel -d /build/wheels' >lgpio.log 2>&1
    cp kbuild/build/wheels/*.whl wheels/
}

disk_image() {
    rm -rf root
    mkdir root
    tar -xf root.tar -C root
    local version wheel
    version=$(ls root/lib/modules)
    if [ "$version" != "$(ls kbuild/lib/modules)" ]; then
        echo "The base system has kernel $version, the modules are for another: delete $PWD/kbuild and" \
            "$PWD/root.tar with their stamps and build again." >&2
        exit 1
    fi
    mkdir -p "root/lib/modules/$version/extra" root/usr/local/lib/rig root/var/log/journal
    cp kmod/*.ko "root/lib/modules/$version/extra/"
    chroot root depmod "$version"
    for wheel in wheels/*.whl; do
        python3 -m zipfile -e "$wheel" root/usr/local/lib/python3*/dist-packages/
    done
    chroot root python3 -m compileall -q /usr/local/lib
    install -m 755 "$here/guest/rig-hw" root/usr/local/sbin/
    install -m 644 "$here/guest/agent.py" root/usr/local/lib/rig/
    install -m 644 "$here"/guest/*.service root/etc/systemd/system/
    echo "/dev/vda / ext4 defaults,noatime,errors=remount-ro 0 1" > root/etc/fstab
    echo bedside > root/etc/hostname
    rm -f root/etc/resolv.conf root/etc/apt/sources.list root/etc/apt/sources.list.d/*
    chroot root systemctl -q enable rig-hw rig-agent
    chroot root systemctl -q mask getty@tty1 serial-getty@ttyS0 apt-daily.timer apt-daily-upgrade.timer \
        ldconfig.service modprobe@efi_pstore.service systemd-pstore.service dpkg-db-backup.timer \
        fstrim.timer e2scrub_all.timer
    cp "root/boot/vmlinuz-$version" vmlinuz
    cp "root/boot/initrd.img-$version" initrd
    truncate -s 3G disk.img
    mke2fs -q -F -t ext4 -E lazy_itable_init=0 -d root disk.img
    qemu-img convert -O qcow2 disk.img disk.tmp
    mv disk.tmp disk.qcow2
    rm -rf root disk.img
}

host_packages
stage base_system "$packages"
stage compiler_chroot "$compilers"
stage kernel_modules "$(cat compiler_chroot.stamp)" "$(sum "$here"/kmod/*)"
stage python_wheels "$(cat compiler_chroot.stamp)" "$wheels" "$lgpio"
stage disk_image "$(cat base_system.stamp kernel_modules.stamp python_wheels.stamp)" \
    "$(sum "$here"/guest/{agent.py,rig-*} "$here/build_image.sh")"
