namespace CriSharp.Ctl.Connection;

/// <summary>The first line of a stream, without taking anything of what follows.</summary>
internal static class FirstLine
{
    /// <exception cref="IOException">Longer than the limit, or without an end.</exception>
    public static async Task<byte[]> ReadAsync(Stream stream, int limitBytes, CancellationToken cancellationToken)
    {
        using var line = new MemoryStream();
        var next = new byte[1];
        while (await stream.ReadAsync(next, cancellationToken) > 0)
        {
            if (next[0] == '\n')
            {
                return line.ToArray();
            }

            line.WriteByte(next[0]);
            if (line.Length > limitBytes)
            {
                break;
            }
        }

        throw new IOException("the daemon's answer does not begin with a line");
    }
}
