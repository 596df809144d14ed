using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>Settings of all services of a server.</summary>
public class GrpcServiceOptions
{
    private const int DefaultReceiveBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of a request, also after decompression; null: no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultReceiveBytes;

    /// <summary>Bytes of a response; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The first one added stands outermost.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}

/// <summary>Interceptors by type; each is made once, its constructor served by the container.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    public void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TInterceptor>()
        where TInterceptor : Interceptor => Add(new InterceptorRegistration(services => ActivatorUtilities.CreateInstance<TInterceptor>(services)));
}

/// <summary>How an interceptor is made.</summary>
public class InterceptorRegistration
{
    private readonly Func<IServiceProvider, Interceptor> _make;

    internal InterceptorRegistration(Func<IServiceProvider, Interceptor> make) => _make = make;

    internal Interceptor Make(IServiceProvider services) => _make(services);
}
