using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.Ctl.CommandLine;
using CriSharp.Ctl.Connection;
using CriSharp.Ctl.Output;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Ctl.Running;

/// <summary>
/// Pulls one image and tells how far it is: each layer, bytes and speed from the admin socket, elapsed time where there is none. On a terminal the
/// lines are drawn over each other; else one is written now and then.
/// </summary>
internal sealed class PullWithProgress(CriConnection cri, Surroundings surroundings)
{
    private const string CredentialsVariable = "CRISHARPCTL_CREDS";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly LiveLines _live = new(surroundings.Error, surroundings.ErrorTerminalSize);
    private readonly LayerLines _layers = new(surroundings.Time);
    private PullDocument? _last;
    private TimeSpan _toldAt;

    /// <param name="credentials">"user:password"; null: those of the environment, or none.</param>
    public async Task<PullImageResponse> RunAsync(string image, string? credentials, CancellationToken cancellationToken)
    {
        if (image.Length == 0)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, "the name of the image is empty");
        }

        var started = surroundings.Time.GetTimestamp();
        var request = new PullImageRequest
        {
            Image = new ImageSpec { Image = image },
            Auth = Authentication(credentials ?? surroundings.EnvironmentVariable(CredentialsVariable)),
        };
        using var pull = cri.Images.PullImageAsync(request, CriConnection.Unlimited(cancellationToken));
        using var admin = new AdminClient(cri.Endpoint);
        try
        {
            while (!await EndedAsync(pull.ResponseAsync, cancellationToken))
            {
                await LookAsync(admin, image, cancellationToken);
                Tell(image, surroundings.Time.GetElapsedTime(started));
            }
        }
        finally
        {
            _live.Clear();
        }

        var answer = await pull.ResponseAsync;
        await surroundings.Error.WriteLineAsync(await SummaryAsync(image, surroundings.Time.GetElapsedTime(started), cancellationToken));
        return answer;
    }

    /// <summary>How far, in one line.</summary>
    internal static string ProgressLine(string image, PullDocument? progress, TimeSpan elapsed)
    {
        if (progress is null || progress.LayersTotal == 0)
        {
            return $"pulling {image}: {Ages.Measured(elapsed)}";
        }

        var share = progress.BytesTotal > 0 ? $"{100 * progress.BytesDone / progress.BytesTotal}%, " : "";
        return $"pulling {image}: {share}{ByteSizes.Words(progress.BytesDone)} of {ByteSizes.Words(progress.BytesTotal)}, "
            + $"{progress.LayersDone}/{progress.LayersTotal} layers, {Speed(progress.BytesDone, elapsed)}";
    }

    /// <summary>Is this pull the one of that name? The daemon lists normalised names: docker.io/library/busybox:latest for busybox.</summary>
    internal static bool IsOf(PullDocument pull, string image) =>
        pull.Reference == image
        || pull.Reference == image + ":latest"
        || pull.Reference.EndsWith('/' + image, StringComparison.Ordinal)
        || pull.Reference.EndsWith('/' + image + ":latest", StringComparison.Ordinal);

    private static string Speed(long bytes, TimeSpan elapsed) => $"{ByteSizes.Words(bytes / Math.Max(elapsed.TotalSeconds, 0.001))}/s";

    private static AuthConfig? Authentication(string? credentials)
    {
        if (string.IsNullOrEmpty(credentials))
        {
            return null;
        }

        var colon = credentials.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new AuthConfig { Username = credentials[..colon], Password = credentials[(colon + 1)..] }
            : throw new RuntimeException(ErrorKind.InvalidArgument, "credentials are written USER:PASSWORD");
    }

    private async Task<bool> EndedAsync(Task pull, CancellationToken cancellationToken) =>
        await Task.WhenAny(pull, Task.Delay(Interval, surroundings.Time, cancellationToken)) == pull;

    private async Task LookAsync(AdminClient admin, string image, CancellationToken cancellationToken)
    {
        var pulls = await admin.PullsAsync(cancellationToken);
        _last = pulls?.Pulls.FirstOrDefault(pull => IsOf(pull, image)) ?? _last;
    }

    private void Tell(string image, TimeSpan elapsed)
    {
        var line = ProgressLine(image, _last, elapsed);
        if (surroundings.ErrorIsTerminal)
        {
            _live.Draw(_last is null ? [line] : [.. _layers.Of(_last), line]);
        }
        else if (elapsed - _toldAt >= PlainInterval)
        {
            _toldAt = elapsed;
            surroundings.Error.WriteLine(line);
        }
    }

    private async Task<string> SummaryAsync(string image, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (_last is { LayersTotal: > 0, BytesTotal: > 0 })
        {
            // The last look may be older than the end: what was to come has come by now.
            var layers = _last.LayersTotal == 1 ? "1 layer" : $"{_last.LayersTotal} layers";
            return $"pulled {image}: {ByteSizes.Words(_last.BytesTotal)}, {layers} in {Ages.Measured(elapsed)}, {Speed(_last.BytesTotal, elapsed)}";
        }

        var status = await cri.Images.ImageStatusAsync(
            new ImageStatusRequest { Image = new ImageSpec { Image = image } },
            cri.Within(cancellationToken));
        var size = status.Image is null ? "" : $"{ByteSizes.Words(status.Image.Size)} on disk, ";
        return $"pulled {image}: {size}{Ages.Measured(elapsed)}";
    }
}
