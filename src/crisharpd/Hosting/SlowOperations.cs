using CriSharp.Daemon.Errors;
using CriSharp.Primitives;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>Says in the log what takes long, at which stage: first after half a minute, then each time its age has doubled.</summary>
internal sealed partial class SlowOperations(Operations operations, TimeProvider time, ILogger<SlowOperations> logger) : BackgroundService
{
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Operation, TimeSpan> _nextWord = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private void Look()
    {
        var running = operations.List();
        foreach (var ended in _nextWord.Keys.Except(running).ToList())
        {
            _nextWord.Remove(ended);
        }

        foreach (var operation in running.Where(operation => operation.Age >= _nextWord.GetValueOrDefault(operation, Slow)))
        {
            using var scope = operation.Request is { } request ? logger.BeginScope(new CallScope(request, null)) : null;
            Waits(operation.ToString());
            _nextWord[operation] = operation.Age * 2;
        }
    }

    [LoggerMessage(1012, LogLevel.Warning, "{Operation}")]
    private partial void Waits(string operation);
}
