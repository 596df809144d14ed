using System.Text;
using System.Text.Json;
using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>Runs one plugin once, and turns whatever goes wrong into words that name it.</summary>
internal sealed class PluginRun(CniPlugins plugins, CniLimits limits)
{
    private const int OutputLimitBytes = 1024 * 1024;
    private const int QuotedChars = 1024;

    // What the daemon was started with (proxies, HOME) is for plugins, too, except what speaks of the daemon itself.
    private static readonly string[] OwnVariables = ["CNI_", "NOTIFY_", "LISTEN_", "DOTNET_", "CRISHARP_"];

    private readonly string[] _environment = InheritedEnvironment();

    /// <returns>What it printed, as JSON; null when it printed nothing.</returns>
    /// <exception cref="RuntimeException">It is missing, fails, takes too long or prints what is no JSON.</exception>
    public async Task<JsonElement?> RunAsync(
        PluginVerb verb, string network, string type, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        var command = new ProgramCommand
        {
            Path = plugins.Find(type),
            Environment = [.. _environment, $"CNI_COMMAND={Name(verb)}", $"CNI_PATH={plugins.SearchPath}", .. arguments],
            StandardInput = input,
            WorkingDirectory = "/",
            TimeLimit = limits.Plugin,
            OutputLimitBytes = OutputLimitBytes,
        };
        using var detail = Operation.Within($"CNI plugin {type}, {Name(verb)}");
        ProgramOutput output;
        try
        {
            output = await ProgramRun.RunAsync(command, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            throw Failure(ErrorKind.DeadlineExceeded, verb, network, type, Printable(failure.Message), failure);
        }
        catch (LinuxException failure)
        {
            throw Failure(ErrorKind.Internal, verb, network, type, $"it can't be run: {failure.Message}", failure);
        }

        if (output.Exit.ShellCode != 0)
        {
            throw OwnFailure(verb, network, type, output);
        }

        if (output.StandardOutput.Span.Trim(" \n\r\t"u8).IsEmpty)
        {
            return null;
        }

        if (output.IsTruncated)
        {
            throw Failure(ErrorKind.Internal, verb, network, type, $"it printed more than {OutputLimitBytes} bytes", null);
        }

        return Parse(output.StandardOutput)
            ?? throw Failure(ErrorKind.Internal, verb, network, type, $"it printed what is no JSON object: {Printable(output.StandardOutputText)}", null);
    }

    private static string Name(PluginVerb verb) => verb switch
    {
        PluginVerb.Add => "ADD",
        PluginVerb.Check => "CHECK",
        PluginVerb.Del => "DEL",
        PluginVerb.Gc => "GC",
        PluginVerb.Status => "STATUS",
        _ => throw new ArgumentOutOfRangeException(nameof(verb)),
    };

    // A failing plugin prints {"cniVersion": ..., "code": 7, "msg": "...", "details": "..."}; one that crashes prints anything.
    // https://www.cni.dev/docs/spec/#error
    private static RuntimeException OwnFailure(PluginVerb verb, string network, string type, ProgramOutput output)
    {
        const int tryAgainLater = 11;
        var json = output.IsTruncated ? null : Parse(output.StandardOutput);
        var words = json is { } error ? string.Join("; ", new[] { Text(error, "msg"), Text(error, "details") }.Where(text => text.Length > 0)) : string.Empty;
        var code = json is { } coded && coded.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : 0;
        if (words.Length == 0)
        {
            words = string.Join("; ", new[] { Printable(output.StandardErrorText), Printable(output.StandardOutputText) }.Where(text => text.Length > 0));
        }

        var ending = output.Exit.Signal != 0 ? $"killed by signal {output.Exit.Signal}" : code != 0 ? $"CNI code {code}" : $"exit code {output.Exit.ExitCode}";
        return Failure(
            code == tryAgainLater ? ErrorKind.Unavailable : ErrorKind.Internal,
            verb,
            network,
            type,
            words.Length == 0 ? $"it said nothing ({ending})" : $"{words} ({ending})",
            null);
    }

    private static RuntimeException Failure(ErrorKind kind, PluginVerb verb, string network, string type, string why, Exception? inner) =>
        new(kind, $"CNI plugin {type} of network {network} failed at {Name(verb)}: {why}", inner);

    private static JsonElement? Parse(ReadOnlyMemory<byte> output)
    {
        try
        {
            var json = CniDocument.Parse(output);
            return json.ValueKind == JsonValueKind.Object ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Printable(value.GetString()!) : string.Empty;

    // The beginning, on one line, without what would play tricks on a terminal or a log.
    private static string Printable(string text)
    {
        var shown = new StringBuilder();
        foreach (var character in text.AsSpan().Trim())
        {
            if (shown.Length == QuotedChars)
            {
                return shown.Append("...").ToString();
            }

            shown.Append(char.IsControl(character) ? ' ' : character);
        }

        return shown.ToString();
    }

    private static string[] InheritedEnvironment()
    {
        var variables = System.Environment.GetEnvironmentVariables();
        return [.. variables.Keys.Cast<string>()
            .Where(name => !OwnVariables.Any(own => name.StartsWith(own, StringComparison.Ordinal)))
            .Select(name => $"{name}={variables[name]}")];
    }
}
