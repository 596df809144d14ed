using CriSharp.Cri.V1;
using ProfileType = CriSharp.Cri.V1.SecurityProfile.Types.ProfileType;

namespace CriSharp.Specs.Sections;

/// <summary>The AppArmor profile's name. A profile that was asked for is never quietly left out on a host that has AppArmor.</summary>
internal static class AppArmorSection
{
    private const string LocalhostPrefix = "localhost/";
    private const string Unconfined = "unconfined";

    /// <param name="deprecatedName">The string that old clients send; the newer field wins.</param>
    public static string? Build(
        SecurityProfile? profile, string deprecatedName, bool isPrivileged, string defaultProfile, HostFacts host, ICollection<string> warnings)
    {
        var chosen = profile ?? Parse(deprecatedName);
        return chosen?.ProfileType switch
        {
            ProfileType.Localhost => Localhost(chosen.LocalhostRef, host),
            ProfileType.Unconfined => host.AppArmorProfiles is null ? null : Unconfined,
            null or ProfileType.RuntimeDefault => isPrivileged ? null : RuntimeDefault(chosen is not null, defaultProfile, host, warnings),
            _ => throw Refusal.Invalid($"the AppArmor profile type {(int)chosen.ProfileType} is unknown"),
        };
    }

    /// <summary>The profile of RuntimeDefault has to be there before <see cref="Build"/>.</summary>
    public static bool WantsDefault(SecurityProfile? profile, string deprecatedName, bool isPrivileged) =>
        !isPrivileged && (profile ?? Parse(deprecatedName)) is null or { ProfileType: ProfileType.RuntimeDefault };

    private static SecurityProfile? Parse(string name) => name switch
    {
        "" => null,
        "runtime/default" => new SecurityProfile(),
        Unconfined => new SecurityProfile { ProfileType = ProfileType.Unconfined },
        _ when name.StartsWith(LocalhostPrefix, StringComparison.Ordinal) =>
            new SecurityProfile { ProfileType = ProfileType.Localhost, LocalhostRef = name[LocalhostPrefix.Length..] },
        _ => throw Refusal.Invalid($"apparmor_profile {Refusal.Quote(name)} is unknown: runtime/default, unconfined or localhost/NAME"),
    };

    private static string Localhost(string reference, HostFacts host)
    {
        var name = reference.StartsWith(LocalhostPrefix, StringComparison.Ordinal) ? reference[LocalhostPrefix.Length..] : reference;
        if (name.Length == 0)
        {
            throw Refusal.Invalid("the AppArmor profile Localhost needs the profile's name as localhost_ref");
        }

        if (host.AppArmorProfiles is null)
        {
            throw Refusal.Unmet($"the AppArmor profile {Refusal.Quote(name)} is asked for, and this host has no AppArmor");
        }

        return host.AppArmorProfiles.Contains(name)
            ? name
            : throw Refusal.Unmet($"the AppArmor profile {Refusal.Quote(name)} is not loaded on this host: load it with apparmor_parser");
    }

    private static string? RuntimeDefault(bool isAskedFor, string defaultProfile, HostFacts host, ICollection<string> warnings)
    {
        if (host.AppArmorProfiles is null || host.AppArmorProfiles.Contains(defaultProfile))
        {
            return host.AppArmorProfiles is null ? null : defaultProfile;
        }

        if (isAskedFor)
        {
            throw Refusal.Unmet($"the AppArmor profile RuntimeDefault ({defaultProfile}) is asked for: {host.AppArmorTrouble}");
        }

        warnings.Add($"no AppArmor profile is applied: RuntimeDefault's {defaultProfile}: {host.AppArmorTrouble}");
        return null;
    }
}
