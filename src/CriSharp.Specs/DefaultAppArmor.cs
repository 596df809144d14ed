namespace CriSharp.Specs;

/// <summary>
/// The AppArmor profile of RuntimeDefault. It stands behind the mounts that hide and write-protect: it holds where a container can
/// unmount, and for files that come by other paths. apparmor.d(5)
/// </summary>
public static class DefaultAppArmor
{
    public const string ProfileName = "crisharp-default";

    /// <summary>Where the parser's rules of this version are; without them the text does not name it.</summary>
    public const string AbiFile = "/etc/apparmor.d/abi/3.0";

    /// <param name="hasAbi">There is <see cref="AbiFile"/>: rules of sockets are then enforced as they are written.</param>
    /// <returns>What apparmor_parser reads.</returns>
    public static string Text(bool hasAbi) => $"{(hasAbi ? "abi <abi/3.0>,\n\n" : "")}{Rules}";

    /// <remarks>
    /// deny wins over all else, so what stays open below a closed folder is left out of its pattern letter by letter. Of /proc/sys that
    /// is what the kernel keeps per namespace: net, user, fs/mqueue and, of kernel, shm*, sem*, msg*, hostname, domainname, ns_last_pid.
    /// A runtime without a profile is "unconfined"; those that a distribution gives one are named.
    /// </remarks>
    private const string Rules =
        $$"""
        profile {{ProfileName}} flags=(attach_disconnected,mediate_deleted) {
          file,
          capability,
          network,
          umount,

          # No namespaces: the hypervisor, and the kernel's ciphers (also by socketcall, where a filter of calls can't see the family).
          deny network vsock,
          deny network alg,

          deny mount,

          signal (receive) peer=unconfined,
          signal (receive) peer=runc,
          signal (receive) peer=crun,
          signal (send, receive) peer={{ProfileName}},
          ptrace (trace, read, tracedby, readby) peer={{ProfileName}},

          deny /proc/sysrq-trigger rwklx,
          deny /proc/{kcore,kmem,mem} rwklx,
          deny /proc/{acpi,bus,fs,irq,scsi}/** wkl,
          deny /proc/sys/[^fknu]** wkl,
          deny /proc/sys/n[^e]** wkl,
          deny /proc/sys/u[^s]** wkl,
          deny /proc/sys/fs/[^m]** wkl,
          deny /proc/sys/fs/m[^q]** wkl,
          deny /proc/sys/kernel/[^dhmns]** wkl,
          deny /proc/sys/kernel/d[^o]** wkl,
          deny /proc/sys/kernel/h[^o]** wkl,
          deny /proc/sys/kernel/ho[^s]** wkl,
          deny /proc/sys/kernel/m[^s]** wkl,
          deny /proc/sys/kernel/n[^s]** wkl,
          deny /proc/sys/kernel/s[^eh]** wkl,
          deny /proc/sys/kernel/se[^m]** wkl,
          deny /proc/sys/kernel/sh[^m]** wkl,

          deny /sys/firmware/{,**} rwklx,
          deny /sys/kernel/{debug,security,tracing}/{,**} rwklx,
          deny /sys/devices/virtual/powercap/{,**} rwklx,
          deny /sys/[^f]** wkl,
          deny /sys/f[^s]** wkl,
          deny /sys/fs/[^c]** wkl,
        }

        """;
}
