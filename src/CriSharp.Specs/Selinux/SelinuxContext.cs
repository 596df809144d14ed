namespace CriSharp.Specs.Selinux;

/// <summary>user:role:type:level, as the kernel takes it in /proc/self/attr and security.selinux. selinux(8)</summary>
public sealed record SelinuxContext(string User, string Role, string Type, string Level)
{
    public override string ToString() => $"{User}:{Role}:{Type}:{Level}";
}

/// <param name="Process">Null: whatever the OCI runtime's policy makes of it.</param>
/// <param name="Mount">Of the container's own files; null: those of the host's policy.</param>
public sealed record SelinuxLabels(SelinuxContext? Process, SelinuxContext? Mount)
{
    public static readonly SelinuxLabels None = new(null, null);
}
