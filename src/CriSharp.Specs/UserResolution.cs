using CriSharp.Cri.V1;
using CriSharp.Specs.Users;

namespace CriSharp.Specs;

/// <summary>
/// From what pod and image say to the numbers that a process gets. run_as_user goes before run_as_username, that before the image's
/// USER "user[:group]"; run_as_group before the image's group, that before the user's own in passwd, that before 0.
/// </summary>
public static class UserResolution
{
    /// <summary>What the caller should read of an image's /etc/passwd and /etc/group at most; a longer one is refused (CVE-2026-47262).</summary>
    public const int FileLimitBytes = 8 * 1024 * 1024;

    /// <summary>NGROUPS_MAX of Linux.</summary>
    private const int MostGroups = 65536;

    /// <param name="passwdText">The image's /etc/passwd; empty where it has none.</param>
    /// <param name="groupText">The image's /etc/group; empty where it has none.</param>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: a user or group that the image doesn't have, or a number out of range.</exception>
    public static ResolvedUser Resolve(string passwdText, string groupText, string imageUser, LinuxContainerSecurityContext? security)
    {
        CheckLength("/etc/passwd", passwdText);
        CheckLength("/etc/group", groupText);
        security ??= new LinuxContainerSecurityContext();
        if (security.RunAsGroup is not null && security.RunAsUser is null && security.RunAsUsername.Length == 0)
        {
            throw Refusal.Invalid($"run_as_group {security.RunAsGroup.Value} is given without run_as_user or run_as_username");
        }

        if (!Enum.IsDefined(security.SupplementalGroupsPolicy))
        {
            throw Refusal.Invalid($"supplemental_groups_policy {(int)security.SupplementalGroupsPolicy} is neither Merge (0) nor Strict (1)");
        }

        var (userWord, groupWord) = Words(imageUser, security);
        var (uid, entry) = FindUser(passwdText, userWord);
        var gid = FindGroup(groupText, groupWord, security.RunAsGroup, entry);

        var isMerged = security.SupplementalGroupsPolicy == SupplementalGroupsPolicy.Merge;
        var fromImage = isMerged && entry is { Name.Length: > 0 } known ? PasswdFile.GroupsOf(groupText, known.Name, MostGroups) : [];
        return new ResolvedUser
        {
            Uid = uid,
            Gid = gid,
            AdditionalGids = Join(gid, fromImage, security.SupplementalGroups),
            Home = PlainHome(entry?.Home),
        };
    }

    /// <summary>For an infra container, which has no image: numbers only.</summary>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument.</exception>
    public static ResolvedUser ResolveForSandbox(LinuxSandboxSecurityContext? security)
    {
        if (security is { RunAsGroup: { } group, RunAsUser: null })
        {
            throw Refusal.Invalid($"run_as_group {group.Value} of the pod sandbox is given without run_as_user");
        }

        var uid = UserIds.Check("run_as_user", security?.RunAsUser?.Value ?? 0);
        var gid = UserIds.Check("run_as_group", security?.RunAsGroup?.Value ?? 0);
        return new ResolvedUser { Uid = uid, Gid = gid, AdditionalGids = Join(gid, [], security?.SupplementalGroups ?? []) };
    }

    /// <summary>The pod's word for the user replaces the image's whole, also its group.</summary>
    private static (string User, string Group) Words(string imageUser, LinuxContainerSecurityContext security)
    {
        if (security.RunAsUser is not null)
        {
            return (UserIds.Check("run_as_user", security.RunAsUser.Value).ToString(System.Globalization.CultureInfo.InvariantCulture), "");
        }

        if (security.RunAsUsername.Length > 0)
        {
            return (security.RunAsUsername, "");
        }

        var colon = imageUser.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (imageUser, "") : (imageUser[..colon], imageUser[(colon + 1)..]);
    }

    private static (uint Uid, PasswdEntry? Entry) FindUser(string passwd, string word)
    {
        if (word.Length == 0 || UserIds.IsNumber(word))
        {
            var number = word.Length == 0 ? 0 : UserIds.Parse("user", word);
            return (number, PasswdFile.FindByUid(passwd, number));
        }

        var entry = PasswdFile.FindByName(passwd, word)
            ?? throw Refusal.Invalid($"the image's /etc/passwd has no user {Refusal.Quote(word)}: use a number, or an image that has it");
        return entry.Uid is { } uid
            ? (uid, entry)
            : throw Refusal.Invalid($"the image's /etc/passwd gives the user {Refusal.Quote(word)} no uid from 0 to {UserIds.Highest}");
    }

    private static uint FindGroup(string groups, string word, Int64Value? asked, PasswdEntry? entry)
    {
        if (asked is not null)
        {
            return UserIds.Check("run_as_group", asked.Value);
        }

        if (word.Length == 0)
        {
            return entry is null ? 0 : entry.Value.Gid ?? throw Refusal.Invalid(
                $"the image's /etc/passwd gives the user {Refusal.Quote(entry.Value.Name)} no gid from 0 to {UserIds.Highest}");
        }

        if (UserIds.IsNumber(word))
        {
            return UserIds.Parse("group", word);
        }

        return PasswdFile.FindGroup(groups, word, out var isThere)
            ?? throw Refusal.Invalid(isThere
                ? $"the image's /etc/group gives the group {Refusal.Quote(word)} no gid from 0 to {UserIds.Highest}"
                : $"the image's /etc/group has no group {Refusal.Quote(word)}: use a number, or an image that has it");
    }

    private static List<uint> Join(uint primary, IEnumerable<uint> fromImage, IEnumerable<long> asked)
    {
        var gids = new List<uint> { primary };
        var seen = new HashSet<uint> { primary };
        foreach (var gid in fromImage.Concat(asked.Select(gid => UserIds.Check("supplemental group", gid))))
        {
            if (seen.Add(gid))
            {
                gids.Add(gid);
            }
        }

        return gids.Count <= MostGroups
            ? gids
            : throw Refusal.Invalid($"the user has {gids.Count} groups or more; the kernel takes {MostGroups}");
    }

    /// <summary>A home with a line break or a colon became a line of /etc/passwd once (CVE-2022-4318, CVE-2026-15809).</summary>
    private static string PlainHome(string? home) =>
        home is ['/', ..] && !home.Any(c => char.IsControl(c) || c == ':') ? home : "/";

    private static void CheckLength(string file, string text)
    {
        if (text.Length > FileLimitBytes)
        {
            throw Refusal.Invalid($"the image's {file} has {text.Length} characters; {FileLimitBytes} is the limit");
        }
    }
}
