using CriSharp.Linux;
using CriSharp.Linux.Namespaces;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Sandboxes;

/// <summary>A sysctl that is well formed, and that the kernel does not set, in words for whoever asked for it.</summary>
internal static class SysctlRefusal
{
    public static RuntimeException Of(SysctlException refused)
    {
        var (kind, why) = refused.ErrorNumber switch
        {
            Errno.ENOENT or Errno.ENOTDIR => (ErrorKind.InvalidArgument, "the kernel has none of that name in a pod"),
            Errno.EISDIR => (ErrorKind.InvalidArgument, "it is a folder of others"),
            Errno.EINVAL or Errno.ERANGE => (ErrorKind.InvalidArgument, "the kernel does not take this value for it"),
            Errno.EACCES or Errno.EPERM => (ErrorKind.FailedPrecondition, "the kernel lets nobody set it in a pod"),
            _ => (ErrorKind.Internal, refused.Message),
        };
        return new RuntimeException(kind, $"pod sandbox config: linux.sysctls: {QuotedText.Of(refused.Name)} can't be set to {QuotedText.Of(refused.Value)}: {why}", refused);
    }
}
