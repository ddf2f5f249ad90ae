module gosuite

go 1.26.0
