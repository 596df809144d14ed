using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>Variables, from weak to strong: what every container has, the daemon's defaults, the image's, the pod's. A name occurs once.</summary>
internal static class EnvironmentSection
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<string> Build(ContainerSpecInput input, ICollection<string> warnings)
    {
        var variables = new OrderedVariables();
        variables.Set("PATH", DefaultPath);
        variables.Set("HOME", input.User.Home);
        if (input.Hostname.Length > 0)
        {
            variables.Set("HOSTNAME", input.Hostname);
        }

        if (input.Config.Tty)
        {
            variables.Set("TERM", "xterm");
        }

        SetAll(variables, "the daemon's default environment", input.Defaults.Environment, warnings);
        SetAll(variables, "the image", input.Image.Env, warnings);
        foreach (var variable in input.Config.Envs)
        {
            variables.Set(CheckName(variable.Key), Decode(variable));
        }

        return variables.ToList();
    }

    /// <summary>An image's entry that is no variable is no reason not to run it. One warning for all, since an image can hold a million.</summary>
    private static void SetAll(OrderedVariables variables, string owner, IEnumerable<string> entries, ICollection<string> warnings)
    {
        string? firstLeftOut = null;
        var leftOut = 0;
        foreach (var entry in entries)
        {
            var separator = entry.IndexOf('=', StringComparison.Ordinal);
            if (separator <= 0 || entry.Contains('\0'))
            {
                firstLeftOut ??= entry;
                leftOut++;
                continue;
            }

            variables.Set(entry[..separator], entry[(separator + 1)..]);
        }

        if (firstLeftOut is not null)
        {
            warnings.Add($"{owner} has {leftOut} environment entries that are no NAME=value, the first is {Refusal.Quote(firstLeftOut)}: left out");
        }
    }

    private static string CheckName(string name) =>
        name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0
            ? name
            : throw Refusal.Invalid($"the environment variable name {Refusal.Quote(name)} is empty, or holds '=' or NUL");

    /// <summary>The CRI carries bytes, config.json only text: a value that would arrive altered is refused.</summary>
    private static string Decode(KeyValue variable)
    {
        try
        {
            var value = StrictUtf8.GetString(variable.Value.Span);
            return value.Contains('\0')
                ? throw Refusal.Invalid($"the value of the environment variable {Refusal.Quote(variable.Key)} holds a NUL byte")
                : value;
        }
        catch (DecoderFallbackException notUtf8)
        {
            throw Refusal.Invalid(
                $"the value of the environment variable {Refusal.Quote(variable.Key)} is not UTF-8 (byte {notUtf8.Index}); the OCI runtime's config.json can carry nothing else");
        }
    }

    /// <summary>A name keeps the place of its first value, so that the output depends on nothing but the input.</summary>
    private sealed class OrderedVariables
    {
        private readonly List<string> _names = [];
        private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

        public void Set(string name, string value)
        {
            if (_values.TryAdd(name, value))
            {
                _names.Add(name);
                return;
            }

            _values[name] = value;
        }

        public List<string> ToList() => _names.ConvertAll(name => $"{name}={_values[name]}");
    }
}
