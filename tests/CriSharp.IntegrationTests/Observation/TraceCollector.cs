using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CriSharp.IntegrationTests.Observation;

/// <summary>collector.py, and what it has got so far. It needs Debian's python3-grpcio.</summary>
internal sealed class TraceCollector : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();
    private readonly ConcurrentQueue<string> _lines = new();

    private TraceCollector(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public IReadOnlyCollection<CollectedSpan> Spans => _spans;

    /// <summary>All that was sent.</summary>
    public string Text => string.Join('\n', _lines);

    public static async Task<TraceCollector> StartAsync()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Observation", "collector.py");
        var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var first = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the collector did not start: is python3-grpcio there?");
        var collector = new TraceCollector(process, int.Parse(first, CultureInfo.InvariantCulture));
        _ = collector.ReadAsync();
        return collector;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
            _spans.Enqueue(JsonSerializer.Deserialize<CollectedSpan>(line)!);
        }
    }
}

/// <param name="Parent">Empty where it is the first of its trace.</param>
/// <param name="Kind">1 within the daemon, 2 for a caller.</param>
/// <param name="Error">Null where it ended well.</param>
internal sealed record CollectedSpan(
    string Trace, string Span, string Parent, string Name, int Kind, ulong Start, ulong End, IReadOnlyDictionary<string, string> Tags, string? Error, string Service);
