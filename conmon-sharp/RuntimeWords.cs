using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Polling;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>What the OCI runtime says on a pipe while it creates the container: the end of it is kept.</summary>
internal sealed class RuntimeWords
{
    private readonly byte[] _words = new byte[8 * 1024];
    private int _length;

    public bool HasEnded { get; private set; }

    public string Text => Encoding.UTF8.GetString(_words, 0, _length).Trim();

    /// <summary>Takes all that is there.</summary>
    public void ReadAll(SafeFileHandle pipe)
    {
        while (!HasEnded)
        {
            if (_length > _words.Length / 2)
            {
                var kept = _words.Length / 2;
                _words.AsSpan(_length - kept, kept).CopyTo(_words);
                _length = kept;
            }

            var count = DescriptorTransfer.Read(pipe, _words.AsSpan(_length));
            if (count == -Errno.EAGAIN)
            {
                return;
            }

            HasEnded = count <= 0;
            _length += Math.Max(0, count);
        }
    }
}
