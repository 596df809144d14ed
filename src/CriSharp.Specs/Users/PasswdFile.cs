namespace CriSharp.Specs.Users;

/// <summary>A line of passwd(5): name, password, uid, gid, comment, home, shell. A number that can't be read is null.</summary>
internal readonly record struct PasswdEntry(string Name, uint? Uid, uint? Gid, string Home);

/// <summary>
/// Looks users and groups up in an image's files, which are hostile: one line at a time, nothing kept but what is asked for.
/// The first line that fits counts, as in getpwnam(3).
/// </summary>
internal static class PasswdFile
{
    private const int PasswdFields = 7;
    private const int GroupFields = 4;

    public static PasswdEntry? FindByName(string passwd, string name) => Find(passwd, (entryName, _) => entryName.SequenceEqual(name));

    public static PasswdEntry? FindByUid(string passwd, uint uid) => Find(passwd, (_, entryUid) => UserIds.TryParse(entryUid, out var found) && found == uid);

    /// <param name="isGroupThere">The group has a line, though its gid may be unreadable.</param>
    public static uint? FindGroup(string group, string name, out bool isGroupThere)
    {
        isGroupThere = false;
        Span<Range> fields = stackalloc Range[GroupFields + 1];
        foreach (var range in group.AsSpan().Split('\n'))
        {
            var line = group.AsSpan()[range];
            if (line.Split(fields, ':') >= GroupFields - 1 && line[fields[0]].SequenceEqual(name))
            {
                isGroupThere = true;
                return UserIds.TryParse(line[fields[2]], out var gid) ? gid : null;
            }
        }

        return null;
    }

    /// <summary>The groups that list a user as a member, in the order of the file; at most <paramref name="limit"/> and one more.</summary>
    public static List<uint> GroupsOf(string group, string user, int limit)
    {
        var gids = new List<uint>();
        var seen = new HashSet<uint>();
        Span<Range> fields = stackalloc Range[GroupFields + 1];
        foreach (var range in group.AsSpan().Split('\n'))
        {
            var line = group.AsSpan()[range];
            if (line.Split(fields, ':') < GroupFields || !UserIds.TryParse(line[fields[2]], out var gid) || !Lists(line[fields[3]], user))
            {
                continue;
            }

            if (seen.Add(gid))
            {
                gids.Add(gid);
            }

            if (gids.Count > limit)
            {
                break;
            }
        }

        return gids;
    }

    private static bool Lists(ReadOnlySpan<char> members, string user)
    {
        foreach (var member in members.Split(','))
        {
            if (members[member].Trim().SequenceEqual(user))
            {
                return true;
            }
        }

        return false;
    }

    private static PasswdEntry? Find(string passwd, Predicate matches)
    {
        Span<Range> fields = stackalloc Range[PasswdFields + 1];
        foreach (var range in passwd.AsSpan().Split('\n'))
        {
            var line = passwd.AsSpan()[range];
            var count = line.Split(fields, ':');
            if (count >= GroupFields && matches(line[fields[0]], line[fields[2]]))
            {
                return new PasswdEntry(
                    line[fields[0]].ToString(),
                    UserIds.TryParse(line[fields[2]], out var uid) ? uid : null,
                    UserIds.TryParse(line[fields[3]], out var gid) ? gid : null,
                    count >= 6 ? line[fields[5]].ToString() : "");
            }
        }

        return null;
    }

    private delegate bool Predicate(ReadOnlySpan<char> name, ReadOnlySpan<char> uid);
}
