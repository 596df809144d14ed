using CriSharp.Cri.V1;

namespace CriSharp.Specs;

public static class SeccompSection
{
    /// <summary>The absolute path of the profile file that a container asks for, which the caller reads (at most 4 MiB); null for none.</summary>
    public static string? LocalhostPathOf(SecurityProfile? profile, string deprecatedPath) => profile is null ? deprecatedPath : null;
}
