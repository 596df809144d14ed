using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Specs.Seccomp;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs;

/// <summary>Which profile file the caller has to read before a specification is built.</summary>
public static class SeccompProfileFile
{
    /// <summary>A longer one is to be refused.</summary>
    public const int LimitBytes = 4 * 1024 * 1024;

    /// <returns>An absolute path on the host, or null where no file is needed.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: a Localhost profile without an absolute path.</exception>
    public static string? PathOf(LinuxContainerSecurityContext? security) =>
        security is null || security.Privileged ? null : PathOf(SeccompSection.Choose(security.Seccomp, DeprecatedFields.Seccomp(security)));

    /// <inheritdoc cref="PathOf(LinuxContainerSecurityContext?)"/>
    public static string? PathOf(LinuxSandboxSecurityContext? security) =>
        security is null || security.Privileged ? null : PathOf(SeccompSection.Choose(security.Seccomp, DeprecatedFields.Seccomp(security)));

    /// <summary>Looks whether containers can have it.</summary>
    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static void Check(SeccompFile profile)
    {
        var anyHost = new HostFacts { BoundingCapabilities = new HashSet<string>(), CgroupVersion = CgroupVersion.V2 };
        LocalhostProfile.Read(Encoding.UTF8.GetBytes(profile.Text), anyHost, []);
    }

    private static string? PathOf(SecurityProfile profile) =>
        profile.ProfileType == SecurityProfile.Types.ProfileType.Localhost ? profile.LocalhostRef : null;
}

/// <summary>A seccomp profile of the host.</summary>
/// <param name="Path">Where it was read.</param>
/// <param name="Text">JSON, in the OCI form or in Docker's.</param>
public sealed record SeccompFile(string Path, string Text);
