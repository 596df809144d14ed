using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using CriSharp.Linux;
using CriSharp.Linux.Processes;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>Runs one plugin once, and turns whatever goes wrong into words that name it. Disposing kills those that run.</summary>
/// <param name="instance">Whose plugins they are, over restarts of the daemon.</param>
internal sealed class PluginRun(CniPlugins plugins, CniLimits limits, string instance) : IAsyncDisposable
{
    private const int OutputLimitBytes = 1024 * 1024;
    private const int QuotedChars = 1024;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    // What the daemon was started with (proxies, HOME) is for plugins, too, except what speaks of the daemon itself.
    private static readonly string[] OwnVariables = ["CNI_", "NOTIFY_", "LISTEN_", "DOTNET_", "CRISHARP_"];

    private readonly string[] _environment = InheritedEnvironment();
    private readonly PluginOrphans _orphans = new(instance);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<Task, PluginCall> _running = new();

    /// <returns>What it printed, as JSON; null when it printed nothing.</returns>
    /// <exception cref="RuntimeException">It is missing, fails, takes too long or prints what is no JSON.</exception>
    /// <exception cref="OperationCanceledException">It was killed because the caller has gone, or the daemon ends.</exception>
    public async Task<JsonElement?> RunAsync(
        PluginCall call, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, VerbLimit limit, CancellationToken cancellationToken)
    {
        var left = limit.Left;
        if (left <= TimeSpan.Zero)
        {
            throw call.NoTimeLeft(limit.Total);
        }

        var command = new ProgramCommand
        {
            Path = plugins.Find(call.Type),
            Environment = [_orphans.Mark, .. _environment, $"CNI_COMMAND={call.VerbName}", $"CNI_PATH={plugins.SearchPath}", .. arguments],
            StandardInput = input,
            WorkingDirectory = "/",
            TimeLimit = left < limits.Plugin ? left : limits.Plugin,
            OutputLimitBytes = OutputLimitBytes,
        };
        using var detail = Operation.Within($"CNI plugin {call.Type}, {call.VerbName}");
        ProgramOutput output;
        try
        {
            output = await RunToEndAsync(call, command, cancellationToken);
        }
        catch (TimeoutException failure)
        {
            throw call.TookTooLong(command.TimeLimit, left < limits.Plugin ? limit.Total : null, Printable(failure.Message), failure);
        }
        catch (LinuxException failure)
        {
            throw call.Failure(ErrorKind.Internal, $"it can't be run: {failure.Message}", failure);
        }

        if (output.Exit.ShellCode != 0)
        {
            throw OwnFailure(call, output);
        }

        if (output.StandardOutput.Span.Trim(" \n\r\t"u8).IsEmpty)
        {
            return null;
        }

        if (output.IsTruncated)
        {
            throw call.Failure(ErrorKind.Internal, $"it printed more than {OutputLimitBytes} bytes");
        }

        return Parse(output.StandardOutput)
            ?? throw call.Failure(ErrorKind.Internal, $"it printed what is no JSON object: {Printable(output.StandardOutputText)}");
    }

    /// <summary>A plugin left behind would go on changing the host while the next daemon undoes what it does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_running.Keys), Task.Delay(EndLimit));
    }

    // Ends early by: the caller's token, or the daemon's end.
    private async Task<ProgramOutput> RunToEndAsync(PluginCall call, ProgramCommand command, CancellationToken cancellationToken)
    {
        await _orphans.EndAsync();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        var run = ProgramRun.RunAsync(command, ending.Token);
        _running[run] = call;
        try
        {
            return await run;
        }
        finally
        {
            _running.TryRemove(run, out _);
        }
    }

    // A failing plugin prints {"cniVersion": ..., "code": 7, "msg": "...", "details": "..."}; one that crashes prints anything.
    // https://www.cni.dev/docs/spec/#error
    private static RuntimeException OwnFailure(PluginCall call, ProgramOutput output)
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
        return call.Failure(
            code == tryAgainLater ? ErrorKind.Unavailable : ErrorKind.Internal,
            words.Length == 0 ? $"it said nothing ({ending})" : $"{words} ({ending})");
    }

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
