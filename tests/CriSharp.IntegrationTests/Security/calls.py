"""Makes system calls that a filter may refuse, with arguments that do nothing where it doesn't. Prints "name result", a line each."""
import ctypes
import errno
import mmap
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
BAD = -1  # no descriptor, no address
CLONE_NEWUSER = 0x10000000
CLONE_NEWNS = 0x00020000
SIGCHLD = 17

# amd64, arm64
NUMBERS = {
    "acct": (163, 89), "add_key": (248, 217), "bpf": (321, 280), "cachestat": (451, 451), "chroot": (161, 51), "clock_settime": (227, 112),
    "clone": (56, 220), "clone3": (435, 435), "delete_module": (176, 106), "fchmodat2": (452, 452), "finit_module": (313, 273),
    "fsopen": (430, 430), "futex_waitv": (449, 449), "init_module": (175, 105), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425), "kcmp": (312, 272), "kexec_load": (246, 104), "keyctl": (250, 219), "landlock_create_ruleset": (444, 444), "lsm_set_self_attr": (460, 460),
    "mbind": (237, 235), "memfd_create": (319, 279), "mount": (165, 40), "move_pages": (279, 239), "mseal": (462, 462), "no_such_call": (999, 999),
    "open_by_handle_at": (304, 265), "open_tree": (428, 428), "openat2": (437, 437), "perf_event_open": (298, 241), "personality": (135, 92),
    "pidfd_getfd": (438, 438), "pidfd_open": (434, 434), "process_madvise": (440, 440), "process_vm_readv": (310, 270), "ptrace": (101, 117),
    "quotactl": (179, 60), "reboot": (169, 142), "request_key": (249, 218), "setdomainname": (171, 162), "sethostname": (170, 161),
    "setns": (308, 268), "settimeofday": (164, 170), "socket": (41, 198), "statx": (332, 291), "swapon": (167, 224), "syslog": (103, 116),
    "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282),
}
COLUMN = {"x86_64": 0, "aarch64": 1}[platform.machine()]

CALLS = [
    ("acct", "acct", BAD), ("add_key", "add_key", 0, 0, 0, 0, 0), ("bpf", "bpf", 9999, 0, 0), ("cachestat", "cachestat", BAD, 0, 0, 0),
    ("chroot", "chroot", BAD), ("clock_settime", "clock_settime", 0, BAD), ("clone3", "clone3", 0, 0), ("delete_module", "delete_module", BAD, 0),
    ("fchmodat2", "fchmodat2", BAD, BAD, 0, 0), ("finit_module", "finit_module", BAD, 0, 0), ("fsopen", "fsopen", BAD, 0),
    ("futex_waitv", "futex_waitv", 0, 0, 0, 0, 0), ("init_module", "init_module", 0, 0, BAD), ("io_uring_enter", "io_uring_enter", BAD, 0, 0, 0, 0, 0),
    ("io_uring_register", "io_uring_register", BAD, 0, 0, 0), ("io_uring_setup", "io_uring_setup", 1, 0), ("kcmp", "kcmp", os.getpid(), os.getpid(), 9999, 0, 0),
    ("kexec_load", "kexec_load", 0, 99999, 0, BAD), ("keyctl", "keyctl", 0, -3, 0), ("landlock_create_ruleset", "landlock_create_ruleset", 0, 0, 1),
    ("lsm_set_self_attr", "lsm_set_self_attr", BAD, 0, 0, 0), ("mbind", "mbind", 0, 0, 0, 0, 0, 0), ("memfd_create", "memfd_create", BAD, 0), ("mount", "mount", BAD, BAD, 0, 0, 0),
    ("move_pages", "move_pages", 0, 0, 0, 0, 0, 0xff), ("mseal", "mseal", 0, 0, 0), ("no_such_call", "no_such_call"),
    ("open_by_handle_at", "open_by_handle_at", BAD, 0, 0), ("open_tree", "open_tree", BAD, BAD, 0), ("openat2", "openat2", BAD, BAD, 0, 0),
    ("perf_event_open", "perf_event_open", 0, 0, 0, 0, 0), ("personality", "personality", 0xffffffff), ("personality-no-random", "personality", 0x0040000),
    ("pidfd_getfd", "pidfd_getfd", BAD, 0, 0), ("pidfd_open", "pidfd_open", BAD, 0), ("process_madvise", "process_madvise", BAD, 0, 0, 0, 0),
    ("process_vm_readv", "process_vm_readv", os.getpid(), 0, 0, 0, 0, 0), ("ptrace", "ptrace", 9999, os.getpid(), 0, 0), ("quotactl", "quotactl", 0, 0, 0, 0),
    ("reboot", "reboot", 0, 0, 0, 0), ("request_key", "request_key", 0, 0, 0, 0), ("setdomainname", "setdomainname", BAD, 1),
    ("sethostname", "sethostname", BAD, 1), ("setns", "setns", BAD, 0), ("settimeofday", "settimeofday", BAD, 0), ("statx", "statx", BAD, BAD, 0, 0, 0),
    ("swapon", "swapon", BAD, 0), ("syslog", "syslog", 9999, 0, 0), ("umount2", "umount2", BAD, 0), ("unshare-nothing", "unshare", 0),
    ("unshare-user", "unshare", CLONE_NEWUSER), ("userfaultfd", "userfaultfd", 0x40000000),
    ("clone-user", "clone", CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0), ("clone-mount", "clone", CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0),
    ("socket-inet", "socket", 2, 1, 0), ("socket-unix", "socket", 1, 1, 0), ("socket-netlink", "socket", 16, 3, 0), ("socket-xdp", "socket", 44, 3, 0),
    ("socket-alg", "socket", 38, 5, 0), ("socket-vsock", "socket", 40, 1, 0),
    ("socket-alg-high-bits", "socket", 38 | 1 << 32, 5, 0), ("socket-vsock-high-bits", "socket", 40 | 1 << 63, 1, 0),
]

INT80_CALLS = [
    ("int80-getpid", 20), ("int80-keyctl", 288, 0, -3, 0), ("int80-mount", 21, 0, 0, 0), ("int80-unshare-user", 310, CLONE_NEWUSER),
    ("int80-socket-unix", 359, 1, 1, 0), ("int80-socket-vsock", 359, 40, 1, 0),
]

# The family and the rest of it lie in memory, where a filter can't look.
SOCKETCALLS = [("int80-socketcall-unix", 1, 1, 0), ("int80-socketcall-alg", 38, 5, 0), ("int80-socketcall-vsock", 40, 1, 0)]


def said(result, code):
    return "ok" if result >= 0 else errno.errorcode.get(code, str(code))


def make(call, *arguments):
    result = libc.syscall(ctypes.c_long(NUMBERS[call][COLUMN]), *[ctypes.c_long(value if value < 1 << 63 else value - (1 << 64)) for value in arguments])
    if call == "clone" and result == 0:
        os._exit(0)
    return said(result, ctypes.get_errno())


def in_a_child(name, act, *arguments):
    """What it changes, or the signal that it earns, is the child's alone."""
    child = os.fork()
    if child == 0:
        print(name, act(*arguments), flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        print(name, "signal", os.WTERMSIG(status), flush=True)


def int80(*registers):
    """A call as 32-bit programs make it: the number, then up to three arguments."""
    code = bytes([0x53])  # push rbx
    for opcode, value in zip((0xB8, 0xBB, 0xB9, 0xBA), registers):  # mov eax, ebx, ecx, edx
        code += bytes([opcode]) + (value & 0xFFFFFFFF).to_bytes(4, "little")
    code += bytes([0xCD, 0x80, 0x5B, 0xC3])  # int 0x80; pop rbx; ret
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    result = function()
    return said(result, -result)


def socketcall(*arguments):
    """socket() as 32-bit programs of most C libraries make it."""
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, prot=mmap.PROT_READ | mmap.PROT_WRITE)  # MAP_32BIT
    for value in arguments:
        page.write(value.to_bytes(4, "little"))
    return int80(102, 1, ctypes.addressof(ctypes.c_char.from_buffer(page)))


for name, *call in CALLS:
    in_a_child(name, make, *call)

if COLUMN == 0:
    for name, *registers in INT80_CALLS:
        in_a_child(name, int80, *registers)
    for name, *arguments in SOCKETCALLS:
        in_a_child(name, socketcall, *arguments)
