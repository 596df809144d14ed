using System.Text;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>Reads what a session says while it goes on.</summary>
internal static class SessionOutput
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60) * TestNode.Patience;

    public static async Task ReadUntilAsync(Stream stream, string words)
    {
        using var limit = new CancellationTokenSource(Limit);
        var seen = new StringBuilder();
        var buffer = new byte[4096];
        while (!seen.ToString().Contains(words, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, limit.Token);
            Assert.True(count > 0, $"the stream ended after: {seen}");
            seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
    }
}
