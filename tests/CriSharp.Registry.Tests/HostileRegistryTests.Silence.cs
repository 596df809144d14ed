using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

/// <summary>Registries that fall silent.</summary>
public sealed partial class HostileRegistryTests
{
    [Theory] // A small one, too, where blobs are given all the time
    [InlineData(200, 120_000)]
    [InlineData(-1, 200)]
    public async Task Blob_WhenNothingMoreComes_ExceedsItsDeadline(int progressMilliseconds, int smallMilliseconds)
    {
        _fake.Handler = async context =>
        {
            if (!IsBlob(context))
            {
                return false;
            }

            context.Response.ContentLength = _blob.Length;
            await context.Response.Body.WriteAsync(_blob.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
            await SilenceAsync(context);
            return true;
        };

        var options = Quick with
        {
            Attempts = 1,
            ProgressTimeLimit = TimeSpan.FromMilliseconds(progressMilliseconds),
            SmallBodyTimeLimit = TimeSpan.FromMilliseconds(smallMilliseconds),
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ReadAsync(options).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(ErrorKind.DeadlineExceeded, failure.Kind);
        Assert.Contains("at byte 10 of", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Whoever gives blobs all the time does not wait for ever for a few lines.</summary>
    [Fact]
    public async Task Manifest_WhenNothingMoreComes_ExceedsADeadlineOfItsOwn()
    {
        _fake.Handler = async context =>
        {
            if (IsBlob(context) || context.Request.Path == "/v2/")
            {
                return false;
            }

            context.Response.ContentType = MediaTypes.OciManifest;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await SilenceAsync(context);
            return true;
        };
        var options = Quick with { ProgressTimeLimit = Timeout.InfiniteTimeSpan, SmallBodyTimeLimit = TimeSpan.FromMilliseconds(200) };

        var fetch = Repository(options).FetchManifestAsync(Digest.Parse(TestImage.DigestOf("x"u8)), null, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(ErrorKind.DeadlineExceeded, (await Assert.ThrowsAsync<RuntimeException>(() => fetch)).Kind);
    }

    [Fact]
    public async Task Request_WhenNobodyAnswers_ExceedsItsDeadline()
    {
        _fake.Handler = async context =>
        {
            await SilenceAsync(context);
            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => Repository(Quick with { Attempts = 1, ResponseTimeLimit = TimeSpan.FromMilliseconds(200) }).ResolveAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.DeadlineExceeded, failure.Kind);
    }

    private static Task SilenceAsync(HttpContext context) =>
        Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
}
