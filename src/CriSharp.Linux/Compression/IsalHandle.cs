using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Compression;

/// <summary>A decompressor of ISA-L with its input behind it, in memory that goes back to the system with it.</summary>
internal sealed unsafe class IsalHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public const int InputBytes = 64 * 1024;

    public IsalHandle()
        : base(ownsHandle: true)
    {
        SetHandle((nint)NativeMemory.AllocZeroed(Libisal.InflateState.Bytes + InputBytes));
        Libisal.isal_inflate_init(State);
        State->ChecksumFlag = Libisal.Gzip;
    }

    public Libisal.InflateState* State => (Libisal.InflateState*)handle;

    public byte* Input => (byte*)handle + Libisal.InflateState.Bytes;

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
