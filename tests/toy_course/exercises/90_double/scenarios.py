def doubled(module, x):
    return module.double(x)
