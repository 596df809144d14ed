namespace CriSharp.Streaming.Tests.Spdy;

internal static class Bytes
{
    public static byte[] Random(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[10_007];
        int count;
        while ((count = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20))) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
