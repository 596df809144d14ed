using CriSharp.Cri.V1;

namespace CriSharp.Specs.Sections;

#pragma warning disable CS0612 // Old clients still say these by strings; here is the only place that reads them.
internal static class DeprecatedFields
{
    public static string AppArmor(LinuxContainerSecurityContext security) => security.ApparmorProfile;

    public static string Seccomp(LinuxContainerSecurityContext security) => security.SeccompProfilePath;

    public static string Seccomp(LinuxSandboxSecurityContext security) => security.SeccompProfilePath;
}
