using System.Text;
using CriSharp.Ctl.CommandLine;

namespace CriSharp.Ctl.Usage;

/// <summary>A table on the whole terminal, drawn anew until q, Ctrl-C, or the caller's end.</summary>
internal sealed class UsageScreen(Surroundings surroundings, UsageReader reader, TimeSpan interval)
{
    // DEC private mode 1049: the other screen, so that what was there before comes back. ECMA-48: home, erase line, erase below.
    private const string Enter = "\x1b[?1049h\x1b[?25l";
    private const string Leave = "\x1b[?25h\x1b[?1049l";
    private const string Home = "\x1b[H";
    private const string EraseLine = "\x1b[K";
    private const string EraseBelow = "\x1b[J";
    private const byte ControlC = 3;

    public async Task RunAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        // Fires by a key, or with the caller's token.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var raw = surroundings.EnterRawMode();
        if (raw is not null)
        {
            // Not awaited: nothing ends a read from a terminal but a key.
            _ = WatchKeysAsync(ended);
        }

        await surroundings.Out.WriteAsync(Enter);
        try
        {
            await DrawUntilEndedAsync(names, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A key.
        }
        finally
        {
            await surroundings.Out.WriteAsync(Leave);
        }
    }

    private async Task DrawUntilEndedAsync(IReadOnlyCollection<string> names, CancellationToken ended)
    {
        var before = await reader.ReadAsync(names, ended);
        Draw(UsageTable.Of(before, before).Lines(surroundings.Paint));
        while (true)
        {
            await Task.Delay(interval, surroundings.Time, ended);
            var now = await reader.ReadAsync(names, ended);
            Draw(UsageTable.Of(before, now).Lines(surroundings.Paint));
            before = now;
        }
    }

    private void Draw(IEnumerable<string> lines)
    {
        var (columns, rows) = surroundings.OutputTerminalSize();
        var picture = new StringBuilder(Home);
        foreach (var line in lines.Take(Math.Max(rows - 1, 1)))
        {
            // A raw terminal wants the carriage return, too.
            picture.Append(line.Length < columns ? line : line[..Math.Max(columns - 1, 0)]).Append(EraseLine).Append("\r\n");
        }

        surroundings.Out.Write(picture.Append(EraseBelow).ToString());
    }

    private async Task WatchKeysAsync(CancellationTokenSource ended)
    {
        try
        {
            await using var keys = surroundings.OpenStandardInput();
            var key = new byte[1];
            while (await keys.ReadAsync(key, ended.Token) > 0)
            {
                if (key[0] is (byte)'q' or (byte)'Q' or ControlC)
                {
                    await ended.CancelAsync();
                    return;
                }
            }
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The screen ends by itself.
        }
    }
}
