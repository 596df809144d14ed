using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Specs.Seccomp;
using ProfileType = CriSharp.Cri.V1.SecurityProfile.Types.ProfileType;

namespace CriSharp.Specs.Sections;

/// <summary>The filter of system calls. An absent profile means none; an empty one is RuntimeDefault, the enumeration's zero.</summary>
internal static class SeccompSection
{
    private const string LocalhostPrefix = "localhost/";

    /// <summary>The newer field wins over the deprecated string.</summary>
    public static SecurityProfile Choose(SecurityProfile? profile, string deprecatedPath)
    {
        var chosen = profile ?? deprecatedPath switch
        {
            "" or "unconfined" => new SecurityProfile { ProfileType = ProfileType.Unconfined },
            "runtime/default" or "docker/default" => new SecurityProfile(),
            _ when deprecatedPath.StartsWith(LocalhostPrefix, StringComparison.Ordinal) =>
                new SecurityProfile { ProfileType = ProfileType.Localhost, LocalhostRef = deprecatedPath[LocalhostPrefix.Length..] },
            _ => throw Refusal.Invalid($"seccomp_profile_path {Refusal.Quote(deprecatedPath)} is unknown: runtime/default, unconfined or localhost/PATH"),
        };
        if (chosen.ProfileType == ProfileType.Localhost && chosen.LocalhostRef is not ['/', ..])
        {
            throw Refusal.Invalid($"the seccomp profile Localhost needs an absolute path as localhost_ref, not {Refusal.Quote(chosen.LocalhostRef)}");
        }

        return chosen;
    }

    /// <param name="localhostProfile">Content of the Localhost profile's file.</param>
    /// <param name="standard">What RuntimeDefault stands for. Null: the built-in profile.</param>
    /// <param name="capabilities">What the process may use: the calls that they are for stay open to it.</param>
    public static SpecSeccomp? Build(SecurityProfile profile, string? localhostProfile, SeccompFile? standard, HostFacts host, IReadOnlyCollection<string> capabilities)
    {
        if (profile.ProfileType == ProfileType.Unconfined)
        {
            return null;
        }

        if (!host.HasSeccomp)
        {
            throw Refusal.Unmet($"the seccomp profile {profile.ProfileType} is asked for, and this kernel has no seccomp filters");
        }

        return profile.ProfileType switch
        {
            ProfileType.RuntimeDefault when standard is not null => ReadLocalhost(standard.Path, standard.Text, host, capabilities),
            ProfileType.RuntimeDefault => DefaultSeccomp.Build(host.Architecture, capabilities),
            ProfileType.Localhost => ReadLocalhost(profile.LocalhostRef, localhostProfile, host, capabilities),
            _ => throw Refusal.Invalid($"the seccomp profile type {(int)profile.ProfileType} is unknown"),
        };
    }

    private static SpecSeccomp ReadLocalhost(string path, string? text, HostFacts host, IReadOnlyCollection<string> capabilities)
    {
        if (text is null)
        {
            throw Refusal.Unmet($"the seccomp profile {path} could not be read");
        }

        try
        {
            return LocalhostProfile.Read(Encoding.UTF8.GetBytes(text), host, capabilities);
        }
        catch (FormatException malformed)
        {
            throw Refusal.Invalid($"the seccomp profile {path}: {malformed.Message}");
        }
    }
}
