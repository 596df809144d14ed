using System.Globalization;

namespace CriSharp.Daemon.Configuration;

/// <summary>A group of this host.</summary>
/// <param name="Text">As it was said: a name or a number.</param>
internal sealed record HostGroup(string Text, uint Id)
{
    private const string File = "/etc/group";

    /// <returns>Null: no line of /etc/group has this name, and it is no number.</returns>
    public static HostGroup? Find(string text)
    {
        if (TryNumber(text, out var number))
        {
            return new HostGroup(text, number);
        }

        // name:password:number:members, group(5)
        foreach (var line in System.IO.File.Exists(File) ? System.IO.File.ReadLines(File) : [])
        {
            if (line.Split(':') is [var name, _, var digits, ..] && name == text && TryNumber(digits, out var id))
            {
                return new HostGroup(text, id);
            }
        }

        return null;
    }

    /// <summary>The highest stands for none in chown(2).</summary>
    private static bool TryNumber(string text, out uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
}
