using System.Text;
using CriSharp.Cri.V1;

namespace CriSharp.Specs;

/// <summary>A pod's /etc/resolv.conf: resolv.conf(5).</summary>
public static class ResolvConf
{
    /// <returns>The file, or null where the config says nothing: then the host's own file is the pod's.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: an entry that would be more than one word of the file.</exception>
    public static string? Format(DNSConfig? config)
    {
        if (config is null || (config.Servers.Count == 0 && config.Searches.Count == 0 && config.Options.Count == 0))
        {
            return null;
        }

        var text = new StringBuilder();
        if (config.Searches.Count > 0)
        {
            text.Append("search ").AppendJoin(' ', config.Searches.Select(search => Word("search domain", search))).Append('\n');
        }

        foreach (var server in config.Servers)
        {
            if (!AddressText.IsAddress(Word("server", server)))
            {
                throw Refusal.Invalid($"dns_config: server {Refusal.Quote(server)} is not an IP address");
            }

            text.Append("nameserver ").Append(server).Append('\n');
        }

        if (config.Options.Count > 0)
        {
            text.Append("options ").AppendJoin(' ', config.Options.Select(option => Word("option", option))).Append('\n');
        }

        return text.ToString();
    }

    private static string Word(string what, string value) =>
        value.Length > 0 && value.All(c => c is > ' ' and < '\x7f' and not '#' and not ';')
            ? value
            : throw Refusal.Invalid($"dns_config: {what} {Refusal.Quote(value)} is empty, or holds white space, '#', ';' or characters outside ASCII");
}
