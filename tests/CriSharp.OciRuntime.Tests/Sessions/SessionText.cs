using System.Text;

namespace CriSharp.OciRuntime.Tests.Sessions;

/// <summary>Reads a session's streams as text, and waits for what happens elsewhere.</summary>
internal static class SessionText
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<string> ReadToEndAsync(this Stream? stream)
    {
        using var text = new StreamReader(stream!, Encoding.Latin1, leaveOpen: true);
        return await text.ReadToEndAsync().WaitAsync(Limit);
    }

    public static async Task<string> ReadUntilAsync(this Stream? stream, string end)
    {
        var text = new StringBuilder();
        var chunk = new byte[1000];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            var count = await stream!.ReadAsync(chunk).AsTask().WaitAsync(Limit);
            Assert.True(count > 0, $"it ended after: {text}");
            text.Append(Encoding.Latin1.GetString(chunk, 0, count));
        }

        return text.ToString();
    }

    public static Task TypeAsync(this Stream? stream, string text) => stream!.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask().WaitAsync(Limit);

    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
