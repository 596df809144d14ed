using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Sockets;

/// <summary>SCM_RIGHTS control messages: cmsg(3).</summary>
internal static unsafe class DescriptorMessage
{
    /// <summary>More than any message of ours carries.</summary>
    public const int MostDescriptors = 8;

    /// <summary>Room for <see cref="MostDescriptors"/>; the kernel closes what doesn't fit and says so (MSG_CTRUNC).</summary>
    public const int LongestBytes = HeaderBytes + (MostDescriptors * sizeof(int));

    private const int HeaderBytes = 16;

    /// <returns>Its length in bytes.</returns>
    public static nuint Write(byte* control, ReadOnlySpan<SafeFileHandle> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MostDescriptors);
        var length = HeaderBytes + (descriptors.Length * sizeof(int));
        *(ControlHeader*)control = new ControlHeader { Length = (nuint)length, Level = Libc.SOL_SOCKET, Type = Libc.SCM_RIGHTS };
        for (var i = 0; i < descriptors.Length; i++)
        {
            ((int*)(control + HeaderBytes))[i] = (int)descriptors[i].DangerousGetHandle();
        }

        return (nuint)((length + sizeof(nint) - 1) & ~(sizeof(nint) - 1));
    }

    /// <summary>Takes or closes every descriptor that came.</summary>
    public static void Read(MessageHeader* message, ICollection<SafeFileHandle>? descriptors)
    {
        var at = (byte*)message->Control;
        var end = at + message->ControlLength;
        while (at + HeaderBytes <= end)
        {
            var header = (ControlHeader*)at;
            if (header->Length < HeaderBytes || at + header->Length > end)
            {
                return;
            }

            if (header->Level == Libc.SOL_SOCKET && header->Type == Libc.SCM_RIGHTS)
            {
                var count = ((int)header->Length - HeaderBytes) / sizeof(int);
                for (var i = 0; i < count; i++)
                {
                    var received = new SafeFileHandle(((int*)(at + HeaderBytes))[i], ownsHandle: true);
                    if (descriptors is null)
                    {
                        received.Dispose();
                        continue;
                    }

                    descriptors.Add(received);
                }
            }

            at += (header->Length + (nuint)sizeof(nint) - 1) & ~((nuint)sizeof(nint) - 1);
        }
    }
}
