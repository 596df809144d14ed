using Grpc.Core;

namespace CriSharp.Grpc.Wire;

/// <summary>
/// The memory that unfinished large messages may have together. Each is within its own limit, but a caller may begin as many as there are streams,
/// and finish none.
/// </summary>
internal sealed class LargeMessages(long totalBytes)
{
    // What is shorter is bounded by the streams there may be.
    private const int SmallBytes = 64 * 1024;

    private long _taken;

    /// <returns>What has to be given back.</returns>
    /// <exception cref="RpcException">ResourceExhausted: there is no room.</exception>
    public int Take(int bytes)
    {
        if (bytes <= SmallBytes)
        {
            return 0;
        }

        if (Interlocked.Add(ref _taken, bytes) > totalBytes)
        {
            Give(bytes);
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of {bytes} bytes has no room beside other large ones: send it again later."));
        }

        return bytes;
    }

    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
